const element = id => document.getElementById(id);

async function show() {
  const session = await (await fetch('/auth/session')).json();
  element('who').textContent = session
    ? `You are ${session.user.name ?? session.user.email}.` : 'You are not signed in.';
  element('session').textContent = JSON.stringify(session, null, 2);
  element('signin').hidden = Boolean(session);
  element('signout').hidden = !session;
}

element('signin').addEventListener('click', () => {
  location.href = `/auth/signin?callbackUrl=${encodeURIComponent(location.href)}`;
});
element('signout').addEventListener('click', async () => {
  const { csrfToken } = await (await fetch('/auth/csrf')).json();
  await fetch('/auth/signout', {
    method: 'POST',
    headers: { 'X-Auth-Return-Redirect': '1' },
    body: new URLSearchParams({ csrfToken, callbackUrl: location.href }),
  });
  await show();
});
await show();
