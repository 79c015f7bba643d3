import { Check, type LucideIcon } from 'lucide-react';
import { DropdownMenu, Popover as RadixPopover } from 'radix-ui';
import { useId, type ReactElement, type ReactNode } from 'react';
import { Key, Tip } from './Tip.tsx';

const SHEET = 'z-40 rounded border border-line bg-raised shadow-xl';

/** @param trigger a button; @param tip what it opens */
export function Menu({ trigger, tip, children }: { trigger: ReactElement; tip: string; children: ReactNode }) {
  return (
    <DropdownMenu.Root>
      <Tip label={tip}><DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger></Tip>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="start" sideOffset={4} collisionPadding={8} className={`${SHEET} max-h-[80vh] max-w-96 min-w-56 overflow-auto p-1`}>{children}</DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({ icon: Icon, shortcut, detail, checked = false, danger = false, disabled = false, onSelect, children }: { icon?: LucideIcon; shortcut?: string; detail?: ReactNode; checked?: boolean; danger?: boolean; disabled?: boolean; onSelect: () => void; children: ReactNode }) {
  return (
    <DropdownMenu.Item disabled={disabled} onSelect={onSelect} className={`flex min-h-8 cursor-default items-center gap-2 rounded px-2 py-1 outline-none data-disabled:opacity-45 data-highlighted:bg-accent data-highlighted:text-accent-ink ${danger ? 'text-bad' : ''}`}>
      <span className="w-4 shrink-0">{checked ? <Check aria-hidden size={14} /> : Icon && <Icon aria-hidden size={14} />}</span>
      <span className="flex min-w-0 flex-1 flex-col">
        <span dir="auto" className="truncate text-start">{children}</span>
        {detail !== undefined && <span dir="auto" className="truncate text-start text-xs opacity-75">{detail}</span>}
      </span>
      {shortcut !== undefined && <Key name={shortcut} />}
    </DropdownMenu.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2 py-1 text-xs text-muted">{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

/** A small sheet beside the button that opens it. @param label its name for those who do not see it */
export function Popover({ trigger, tip, label, open, onOpenChange, children }: { trigger: ReactElement; tip: string; label: string; open?: boolean; onOpenChange?: (open: boolean) => void; children: ReactNode }) {
  const id = useId();
  return (
    <RadixPopover.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Tip label={tip}><RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger></Tip>
      <RadixPopover.Portal>
        <RadixPopover.Content aria-labelledby={id} sideOffset={6} collisionPadding={8} className={`${SHEET} flex max-h-[80vh] w-80 max-w-[92vw] flex-col gap-3 overflow-auto p-3`}>
          <h2 id={id} className="text-sm font-medium">{label}</h2>
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}
