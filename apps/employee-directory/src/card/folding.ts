const plain = /^[ -~]*$/;

/** Lower case and without accents, so that a search for "soren" finds "Sören" and "ANDRE" finds "André". */
export const folding = (text: string): string =>
  plain.test(text) ? text.toLowerCase() : text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFC');
