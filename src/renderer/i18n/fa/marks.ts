import type { Words } from '../words.ts';
import type { marks as english } from '../en/marks.ts';

export const marks: Words<typeof english> = {
  at: 'سطر {{line}}، ستون {{column}}', go: 'رفتن به آنجا', separator: '، ', reason: 'نشانهٔ شما',
  faults: {
    syntax: 'نشانه‌ها درست نوشته یا بسته نشده‌اند: {{found}}',
    entity: '«{{found}}» نام نویسه نیست. این‌ها هست: {{known}}، و شماره‌ها (&#1587;).',
    unsupported: '{{found}} در متن نشانه‌دار جایی ندارد؛ آن را بردارید.',
    element: 'نشانه‌ای به نام {{found}} نیست. این‌ها هست: {{known}}.',
    nested: '{{found}} درون {{known}} نمی‌آید.',
    attribute: '{{found}} شناخته نیست. این‌ها هست: {{known}}.',
    missing: '{{found}} یکی از این‌ها را می‌خواهد: {{known}}.',
    value: '{{found}} ممکن نیست. این‌ها ممکن است: {{known}}.',
    empty: '{{found}} خالی است: آنچه باید دیده شود میان دو تگ آن بنویسید.',
    unspeakable: '«{{found}}» واژه‌ای ندارد که گفته شود، یا از {{known}} نویسه بلندتر است.',
    content: '«{{found}}» را نمی‌توان چنین خواند. نمونهٔ درست: {{known}}.',
    sounds: '{{found}} آوایی دارد که صداها نمی‌شناسند.',
  },
};
