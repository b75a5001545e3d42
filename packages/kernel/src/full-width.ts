/** Text as it comes from a Chinese input method. Only a form's own input is ever normalised, never a stored or signed text. */

/**
 * Full-width digits, letters, signs (U+FF01 to U+FF5E) and the ideographic space as their ASCII forms;
 * everything else is left as it is.
 */
export function toHalfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ');
}
