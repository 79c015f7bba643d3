import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';

/** The rows of a long list that are in sight, of one height. @param place what scrolls; `more`: rows drawn beyond its edges; `keyOf`: where rows come and go */
export function useRows({ count, place, height, more, keyOf }: { count: number; place: RefObject<HTMLDivElement | null>; height: number; more: number; keyOf?: (index: number) => string }): Virtualizer<HTMLDivElement, Element> {
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions change with what is in sight; nothing is remembered by them
  return useVirtualizer({ count, getScrollElement: () => place.current, estimateSize: () => height, overscan: more, ...(keyOf ? { getItemKey: keyOf } : {}) });
}
