export const timeline = {
  section: 'Timeline',
  empty: 'The timeline fills as the take is spoken: sentences, words, sound and mouth.',
  label: 'Sound and mouth over time. Arrow keys move by frames, with Shift by words.',
  segments: 'Sentences', segment: 'Sentence {{number}}: {{text}}', zoom: 'Zoom', zoomIn: 'Closer', zoomOut: 'Further away', fit: 'Show all', zoomText: '{{sec}} per screen', low: 'Sentences alone: more room for the picture', high: 'Words, sound and mouth, too',
  legend: { sound: 'sound', mouth: 'mouth opening', chunks: 'delivery pieces' },
  estimated: 'word times are estimated', recording: 'a recording: it has no text to change',
  versions: 'Versions', version: 'Version {{number}}', versionTip: 'Version {{number}}, {{ago}}', current: 'shown',
  editor: {
    open: 'Change this sentence', title: 'Sentence {{number}}', text: 'What is said', voice: 'Voice', sameVoice: 'As it was', rate: 'Rate', times: '{{value}}×', render: 'Re-render this sentence', rendering: 'Starting…', note: 'Makes a new version; what comes before is copied, the old version stays.', play: 'Play it', loop: 'Repeat it', close: 'Close',
    wait: 'Possible once the whole text is spoken.', gone: 'A take that failed or was canceled has nothing to change.', emptyText: 'A sentence needs words. To leave it out, change the script.', verdict: 'Quality: {{label}}',
  },
} as const;
