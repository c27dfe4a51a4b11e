import jsTokens from 'js-tokens'
import type { Comment } from '../../sql/comments.ts'

/** The comments of a program: what stands in strings, templates and regular expressions is none. */
export function programComments(text: string): readonly Comment[] {
  const comments: Comment[] = []
  let start = 0
  for (const { type, value } of jsTokens(text)) {
    const end = start + value.length
    if (type === 'SingleLineComment') comments.push({ kind: 'line', start, end })
    if (type === 'MultiLineComment') comments.push({ kind: 'block', start, end })
    start = end
  }
  return comments
}
