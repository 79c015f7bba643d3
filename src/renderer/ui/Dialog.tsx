import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button.tsx';

/** A sheet over the page. `actions` stand at its foot, the one that is meant last. `reading`: nothing in it can be pressed, so it takes the keys that scroll. */
export function Dialog({ open, onClose, title, description, actions, wide = false, reading = false, children }: { open: boolean; onClose: () => void; title: string; description?: string; actions?: ReactNode; wide?: boolean; reading?: boolean; children: ReactNode }) {
  const { t } = useTranslation('common');
  return (
    <Radix.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/55" />
        <Radix.Content onOpenAutoFocus={focusSheet} {...(description === undefined ? { 'aria-describedby': undefined } : {})} className={`fixed start-1/2 top-1/2 z-40 flex max-h-[90vh] w-[92vw] ${wide ? 'max-w-5xl' : 'max-w-lg'} -translate-x-1/2 -translate-y-1/2 flex-col outline-none rounded-lg border border-line bg-panel shadow-2xl rtl:translate-x-1/2`}>
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
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Not its close button, whose tooltip would open, and take the first Escape. A field with `autoFocus` has it already. */
function focusSheet(event: Event): void {
  event.preventDefault();
  (event.currentTarget as HTMLElement).focus();
}
