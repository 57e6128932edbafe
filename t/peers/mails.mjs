// mails.mjs: mails as npm's mailparser reads them. stdin has one a line, as a JSON string; each is
// answered by a line: {"from", "to", "subject", "date", "messageId", "headers", "text", "html"}.
import { simpleParser } from "mailparser";
import { createInterface } from "node:readline";

for await (const line of createInterface({ input: process.stdin })) {
  const mail = await simpleParser(JSON.parse(line), { skipTextToHtml: true, skipHtmlToText: true, skipTextLinks: true });
  console.log(JSON.stringify({
    from: mail.from.value, to: mail.to.value, subject: mail.subject, date: mail.date, messageId: mail.messageId,
    headers: mail.headerLines.map(({ key }) => key), text: mail.text, html: mail.html, attachments: mail.attachments.length,
  }));
}
