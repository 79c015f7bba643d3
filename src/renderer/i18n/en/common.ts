export const common = {
  app: 'Sima Studio',
  screens: { studio: 'Studio', avatars: 'Avatars', takes: 'Takes', meters: 'Meters', models: 'Models', doctor: 'Doctor', settings: 'Settings' },
  cancel: 'Cancel', close: 'Close', save: 'Save', remove: 'Remove', undo: 'Undo', retry: 'Try again', copyDetails: 'Copy details', copied: 'Copied', more: 'More', search: 'Search', loading: 'Loading…', unknown: '–',
  connection: { connecting: 'Connecting to the studio…', lost: 'The studio is not answering. Trying again…' },
  theme: { dark: 'Dark', light: 'Light', toggle: 'Light or dark' },
  language: { toggle: 'Language', en: 'English', fa: 'فارسی' },
  shortcuts: { title: 'Keyboard', open: 'All shortcuts' },
  errors: {
    'invalid-input': 'That cannot be used', 'missing-asset': 'Something is not installed', device: 'The device failed', capacity: 'No room at the moment', io: 'The disk or the connection failed', canceled: 'Canceled', bug: 'This is our fault',
  },
} as const;
