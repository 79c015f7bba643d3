/** One spelling for searching: whoever types ك or ک, É or e, finds the same. */
export function searchText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '')
    .replace(/[يىۍې]/g, 'ی')
    .replace(/[كڪ]/g, 'ک')
    .replace(/[ةۃہھ]/g, 'ه')
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}
