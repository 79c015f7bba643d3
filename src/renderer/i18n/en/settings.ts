export const settings = {
  title: 'Settings', subtitle: 'What is set here is kept by the studio and counts for all projects.',
  saved: 'Saved', defaultValue: 'Default: {{value}}', defaultOption: 'Default ({{value}})', useDefault: 'Use the default', useDefaultTip: 'Back to the default',
  restart: { text: 'Some of what was changed counts only when the engine starts again. Takes go on by themselves; they pause for a few seconds.', button: 'Restart the engine', buttonTip: 'Takes under way pause and go on by themselves', going: 'The engine is starting again…' },
  look: { title: 'Appearance', language: 'Language', theme: 'Theme', themeTip: 'How the window looks', languageTip: 'The page’s language and direction' },
  work: { title: 'Work', device: 'Where models run', deviceHint: 'Automatic tries each in turn and says in Models why one was not taken.', users: 'Users at once', usersHint: 'One more is refused with the reason. Counts at once.', auto: 'Automatic' },
  devices: { auto: 'Automatic', cuda: 'NVIDIA (CUDA)', dml: 'Windows (DirectML)', coreml: 'Apple (Core ML)', webgpu: 'WebGPU', cpu: 'Processor' },
  speech: { title: 'Speech', starter: 'Starter lexicon', starterHint: 'Persian words that voices misread, and homographs that the words beside them decide. Your own lexicon and vowel marks in the text go before it.', pauses: 'Pauses', percent: '%', pausesHint: 'How long the voices are silent at commas, full stops and paragraphs, 100 % as usual. Counts from the next take on.' },
  sound: { title: 'Recordings', loudness: 'Loudness of your own recordings', hint: 'Each is brought to it by one gain, peaks kept below −1 dBTP. A recording can also be used as it is.', value: '{{value}} LUFS', names: { '-14': 'as loud as music online', '-16': 'speech online', '-18': 'a little softer', '-23': 'broadcast (EBU R 128)' } },
  memory: {
    title: 'Memory', text: 'What the engine may hold, in gigabytes. When a budget is nearly spent, frames are made in smaller batches; when it is spent, the engine is started again between two pieces.',
    models: 'Models', modelsHint: 'Those that fit are loaded before they are needed. After a restart.', processing: 'Rendering', processingHint: 'What takes add while they are made.', avatars: 'Faces', avatarsHint: 'Kept at hand between takes. After a restart.', total: 'All together', totalHint: 'Of the device that models run on.',
  },
  takes: { title: 'Takes on the disk', budget: 'Budget for takes', budgetHint: 'When it is used up, the oldest takes that are not kept are removed.', used: '{{used}} of {{budget}} used', free: '{{free}} free on the disk', unknown: 'How much takes use is not known.' },
  exports: { title: 'Exports', folder: 'Where exports go', own: 'The studio’s own folder', choose: 'Choose a folder…', chooseTip: 'Exports are saved there from now on', browser: 'In the browser, exports are kept by the studio and downloaded from the export list. The desktop app can save them into a folder of your choice.', reset: 'Use the studio’s own folder' },
  data: { title: 'Data', home: 'Data folder', homeHint: 'Avatars, takes, projects and models lie there.', copy: 'Copy the path' },
  reset: { title: 'All settings', button: 'Set everything back', tip: 'All settings on this page back to their defaults', ask: 'Set everything back?', text: 'All settings of this page go back to their defaults, your export presets too. Language and theme stay. Projects, takes, avatars, models and the lexicon stay as they are.', done: 'Everything is set back.' },
  gigabytes: 'GB', notNumber: 'A number from {{min}} to {{max}}, or nothing for the default.',
} as const;
