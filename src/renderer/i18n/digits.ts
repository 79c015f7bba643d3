/** A number as people type it, in digits of any of the page's languages; null: no number. */
export function typedNumber(text: string): number | null {
  const plain = text
    .trim()
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[٬,](?=\d{3}\b)/g, '')
    .replace(/[٫,]/g, '.');
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}
