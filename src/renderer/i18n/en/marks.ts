/** What is wrong with marks of speech in a script: `found` stands there, `known` could. */
export const marks = {
  at: 'Line {{line}}, column {{column}}', go: 'Go there', separator: ', ', reason: 'your mark',
  faults: {
    syntax: 'The marks are not well-formed: {{found}}.',
    entity: '“{{found}}” is no entity. There are: {{known}}, and numbers (&#1587;).',
    unsupported: '{{found}} has no place in a marked text; take it out.',
    element: 'There is no mark {{found}}. There are: {{known}}.',
    nested: '{{found}} cannot stand inside {{known}}.',
    attribute: 'There is no {{found}}. There are: {{known}}.',
    missing: '{{found}} needs one of: {{known}}.',
    value: '{{found}} is not possible. Possible are: {{known}}.',
    empty: '{{found}} is empty: write between its tags what is to be shown.',
    unspeakable: '“{{found}}” has no word that can be said, or more than {{known}} characters.',
    content: '“{{found}}” cannot be read so. An example of what can: {{known}}.',
    sounds: '{{found}} has a sound that the voices do not know.',
  },
} as const;
