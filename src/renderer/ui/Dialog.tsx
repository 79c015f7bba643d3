import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button.tsx';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  /** They stand at its foot, the one that is meant last. */
  actions?: ReactNode;
  wide?: boolean;
  /** Nothing in it can be pressed, so it takes the keys that scroll. */
  reading?: boolean;
  children: ReactNode;
}

/** A sheet over the page. */
export function Dialog({ open, onClose, ...sheet }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/55" />
        <Sheet {...sheet} />
      </Radix.Portal>
    </Radix.Root>
  );
}

function Sheet({ title, description, actions, wide = false, reading = false, children }: Omit<DialogProps, 'open' | 'onClose'>) {
  const { t } = useTranslation('common');
  // Known before anything in here takes the focus.
  const [opener] = useState(openerNow);
  const backToOpener = (event: Event) => {
    event.preventDefault();
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  };
  return (
    <Radix.Content onOpenAutoFocus={focusSheet} onCloseAutoFocus={backToOpener} {...(description === undefined ? { 'aria-describedby': undefined } : {})} className={`fixed start-1/2 top-1/2 z-40 flex max-h-[90vh] w-[92vw] ${wide ? 'max-w-5xl' : 'max-w-lg'} -translate-x-1/2 -translate-y-1/2 flex-col outline-none rounded-lg border border-line bg-panel shadow-2xl rtl:translate-x-1/2`}>
      <header className="flex items-center gap-2 border-b border-line ps-4 pe-2 py-2">
        <Radix.Title className="flex-1 text-sm font-medium">{title}</Radix.Title>
        <Radix.Close asChild><IconButton label={t('close')} icon={X} shortcut="Escape" /></Radix.Close>
      </header>
      <div {...(reading ? { tabIndex: 0, role: 'group', 'aria-label': title } : {})} className="min-h-0 flex-1 overflow-auto p-4">
        {description !== undefined && <Radix.Description className="mb-3 text-muted">{description}</Radix.Description>}
        {children}
      </div>
      {actions !== undefined && <footer className="flex flex-wrap justify-end gap-2 border-t border-line p-3">{actions}</footer>}
    </Radix.Content>
  );
}

/** What has the focus, and gets it back: of a menu, which is gone by then, the button that opened it. */
function openerNow(): HTMLElement | null {
  const now = document.activeElement;
  const labelledBy = now?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  const opener = labelledBy ? document.getElementById(labelledBy) : now;
  return opener instanceof HTMLElement && opener !== document.body ? opener : null;
}

/** Not its close button, whose tooltip would open, and take the first Escape. A field with `autoFocus` has it already. */
function focusSheet(event: Event): void {
  event.preventDefault();
  (event.currentTarget as HTMLElement).focus();
}
