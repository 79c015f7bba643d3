import { clsx } from 'clsx';
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { Tip } from './Tip.tsx';

type Kind = 'primary' | 'plain' | 'quiet' | 'danger';

const KINDS: Record<Kind, string> = {
  primary: 'bg-accent text-accent-ink font-medium hover:brightness-110',
  plain: 'bg-raised text-ink border border-line hover:border-muted',
  quiet: 'text-ink hover:bg-raised',
  danger: 'bg-raised text-bad border border-line hover:border-bad',
};
const BASE = 'inline-flex shrink-0 items-center justify-center gap-1.5 rounded whitespace-nowrap disabled:opacity-45 aria-pressed:bg-raised aria-pressed:text-accent';

export function Button({ kind = 'plain', icon: Icon, shortcut, tip, className, children, ...rest }: ComponentProps<'button'> & { kind?: Kind; icon?: LucideIcon; shortcut?: string; tip?: string; children: ReactNode }) {
  const button = (
    <button type="button" className={clsx(BASE, 'min-h-8 px-3', KINDS[kind], className)} {...rest}>
      {Icon && <Icon aria-hidden size={15} />}
      {children}
    </button>
  );
  return tip === undefined ? button : <Tip label={tip} shortcut={shortcut}>{button}</Tip>;
}

/** A picture alone: its label is its name and its tooltip. */
export function IconButton({ label, icon: Icon, shortcut, kind = 'quiet', size = 16, side, className, ...rest }: ComponentProps<'button'> & { label: string; icon: LucideIcon; shortcut?: string; kind?: Kind; size?: number; side?: 'top' | 'right' | 'bottom' | 'left' }) {
  return (
    <Tip label={label} shortcut={shortcut} side={side}>
      <button type="button" aria-label={label} className={clsx(BASE, 'size-8', KINDS[kind], className)} {...rest}>
        <Icon aria-hidden size={size} />
      </button>
    </Tip>
  );
}
