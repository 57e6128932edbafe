/* The field that finds one of many providers. */
#include "pages/document.h"

/* It is the script that makes the field: without JavaScript there is none. What is typed
 * is looked for in names and ids, each word by itself, whatever its accents. Enter
 * presses the only button that is left, and of several goes to the first. */
static const char script[] =
    "(() => {\n"
    "const list = document.querySelector('.providers');\n"
    "const make = (name, more) => Object.assign(document.createElement(name), more);\n"
    "const letters = { \\u00df: 'ss', \\u00e6: 'ae', \\u00f8: 'o', \\u0111: 'd', "
    "\\u0131: 'i', \\u0142: 'l', \\u0153: 'oe' };\n"
    "const plain = (text) => text.normalize('NFKD').replace(/\\p{M}/gu, '')"
    ".toLowerCase()\n"
    "    .replace(/[^\\0-\\x7f]/g, (letter) => letters[letter] ?? letter);\n"
    "const field = make('input', { type: 'search', autocomplete: 'off',\n"
    "    placeholder: list.dataset.find, autocapitalize: 'none', spellcheck: false });\n"
    "field.setAttribute('aria-label', list.dataset.find);\n"
    "const status = make('p', { className: 'hint', role: 'status' });\n"
    "const box = make('div', { className: 'find' });\n"
    "const all = [...list.querySelectorAll('form')].map((form) => ({\n"
    "    form,\n"
    "    text: plain(`${form.querySelector('strong, h2')?.firstChild?.data} "
    "${form.getAttribute('action').match(/([^/?]*)(?:\\?|$)/)[1]}`),\n"
    "    first: form.querySelector('.button, summary, input:not([type=hidden])'),\n"
    "}));\n"
    "const shown = () => all.filter(({ form }) => !form.hidden)"
    ".map(({ first }) => first);\n"
    "const look = () => {\n"
    "    const words = plain(field.value).split(/\\s+/).filter(Boolean);\n"
    "    for (const { form, text } of all) {\n"
    "        form.hidden = !words.every((word) => text.includes(word));\n"
    "    }\n"
    "    for (const or of list.querySelectorAll('.or')) or.hidden = words.length > 0;\n"
    "    const count = shown().length;\n"
    "    status.textContent = words.length === 0 ? '' : count === 0 ? "
    "list.dataset.none\n"
    "        : list.dataset.found.replace('{1}', count).replace('{2}', all.length);\n"
    "};\n"
    "const clear = () => {\n"
    "    field.value = '';\n"
    "    look();\n"
    "    field.focus();\n"
    "};\n"
    "const inField = {\n"
    "    ArrowDown: () => shown()[0]?.focus(),\n"
    "    Escape: clear,\n"
    "    Enter() {\n"
    "        const left = shown();\n"
    "        if (field.value.trim()) left[0]?.focus();\n"
    "        if (field.value.trim() && left.length === 1) left[0].click();\n"
    "    },\n"
    "};\n"
    "const step = (from, by) => {\n"
    "    const left = shown();\n"
    "    left[left.indexOf(from) + by]?.focus();\n"
    "};\n"
    "const isBelow = (a, b) => {\n"
    "    const [from, to] = [a.getBoundingClientRect(), b.getBoundingClientRect()];\n"
    "    return to.top >= from.bottom && to.left < from.right && from.left < to.right;\n"
    "};\n"
    "const forward = getComputedStyle(list).direction === 'rtl' ? -1 : 1;\n"
    "const onButton = {\n"
    "    ArrowDown: (from) => shown().find((to) => isBelow(from, to))?.focus(),\n"
    "    ArrowUp: (from) => (shown().reverse().find((to) => isBelow(to, from)) ?? "
    "field).focus(),\n"
    "    ArrowRight: (from) => step(from, forward),\n"
    "    ArrowLeft: (from) => step(from, -forward),\n"
    "    Escape: clear,\n"
    "};\n"
    "list.addEventListener('keydown', (event) => {\n"
    "    const keys = event.target === field ? inField\n"
    "        : event.target.matches('.button') ? onButton : {};\n"
    "    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey\n"
    "        || !Object.keys(keys).includes(event.key)) return;\n"
    "    event.preventDefault();\n"
    "    keys[event.key](event.target);\n"
    "});\n"
    "field.addEventListener('input', look);\n"
    "box.append(field, status);\n"
    "list.prepend(box);\n"
    "})();\n";

void authjs_document_open_providers(authjs_document_t *document, int count)
{
    if (count < AUTHJS_MANY) {
        authjs_document_add(document, "<div class=\"providers\">\n");
        return;
    }
    authjs_document_add(document,
                        "<div class=\"providers\" data-find=\"%s\" data-found=\"%s\" "
                        "data-none=\"%s\">\n",
                        authjs_document_text(document, AUTHJS_TEXT_findProvider),
                        authjs_document_text(document, AUTHJS_TEXT_providersFound),
                        authjs_document_text(document, AUTHJS_TEXT_providerNotFound));
    authjs_document_add_script(document, script);
    authjs_document_be_long(document);
}
