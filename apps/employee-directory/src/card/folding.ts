/** Lower case and without accents, so that a search for "soren" finds "Sören" and "ANDRE" finds "André". */
export const folding = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFC');
