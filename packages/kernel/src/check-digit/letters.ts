/**
 * The weighing that national identity numbers and both forms of the resident certificate number share: the letter
 * becomes two digits, the eleven digits are weighed 1 9 8 7 6 5 4 3 2 1 1, and the sum is a multiple of ten.
 */

/** Values of the letters A to Z. I, O, W and Z got theirs late, hence the order. */
const values = [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33];

/** Two-digit value of a letter A to Z. */
export function letterValue(letter: string): number {
  const value = values[letter.charCodeAt(0) - 65];
  if (value === undefined) throw new RangeError('only the letters A to Z have a value');
  return value;
}

/** The tenth character for a letter A to Z and eight digits. */
export function checkDigitFor(letter: string, eightDigits: string): number {
  const value = letterValue(letter);
  let sum = Math.floor(value / 10) + 9 * (value % 10);
  for (let index = 0; index < 8; index += 1) sum += Number(eightDigits[index]) * (8 - index);
  return (10 - (sum % 10)) % 10;
}
