import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';
import { keyName } from '../shell/shortcuts.ts';

/** What a control does, and its key, shown on hover and on focus. @param shortcut as in shell/shortcuts.ts, e.g. `$mod+Enter` */
export function Tip({ label, shortcut, side, children }: { label: string; shortcut?: string | undefined; side?: 'top' | 'right' | 'bottom' | 'left'; children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content side={side ?? 'top'} sideOffset={6} collisionPadding={8} className="z-50 flex max-w-72 items-center gap-2 rounded border border-line bg-raised px-2 py-1 text-xs text-ink shadow-lg">
          {label}
          {shortcut !== undefined && <Key name={shortcut} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

export function Key({ name }: { name: string }) {
  return <kbd dir="ltr" className="rounded border border-line bg-ground px-1 font-sans text-xs text-muted">{keyName(name)}</kbd>;
}
