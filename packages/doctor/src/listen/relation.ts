/** How a presented value relates to the expected one; never says anything about the value itself. */
export type Relation = 'not compared' | 'equal' | 'blanks' | 'quotes' | 'percent-encoded' | 'scheme twice' | 'case' | 'differs';

export function relationOf(presented: string, expected: string | undefined): Relation {
  if (expected === undefined || presented.trim() === '') return 'not compared';
  if (presented === expected) return 'equal';
  const bare = presented.trim();
  if (bare === expected.trim()) return 'blanks';
  if (unquoted(bare) === unquoted(expected.trim())) return 'quotes';
  if (/^(bearer|token)\s/i.test(bare) && bare.replace(/^\S+\s+/, '') === expected) return 'scheme twice';
  if (decoded(bare) === expected) return 'percent-encoded';
  return bare.toLowerCase() === expected.toLowerCase() ? 'case' : 'differs';
}

function unquoted(text: string): string {
  return text.replace(/^["'“‘]+|["'”’]+$/g, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
