/** Where the keyboard was, and what was around it then: the first of these that is still there gets the focus. */
interface Place {
  element: Element;
  /** What takes its place in a list, or stood before it. */
  beside: readonly Element[];
  around: readonly Element[];
}

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';

/**
 * A row that is removed takes the focus with it, and who works with the keys alone would begin again at the top of the page: then it goes to the row
 * beside, or to what is nearest around. Only after a key: a pointer is where it is. For the whole page, once.
 */
export function keepFocus(): void {
  let place: Place | null = null;
  let byKey = false;
  document.addEventListener('keydown', () => (byKey = true), true);
  document.addEventListener('pointerdown', () => (byKey = false), true);
  document.addEventListener('focusin', ({ target }) => (place = target instanceof Element ? placeOf(target) : null));
  new MutationObserver(() => {
    if (!byKey || place === null || place.element.isConnected || (document.activeElement !== document.body && document.activeElement !== null)) return;
    const { beside, around } = place;
    place = null;
    // A dialog that closes, or what was opened instead, may take the focus itself.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) [...beside, ...around].filter(({ isConnected }) => isConnected).map(focusableIn).find((each) => each !== null)?.focus();
    });
  }).observe(document.body, { childList: true, subtree: true });
}

function placeOf(element: Element): Place {
  const item = element.closest('li, tr, [role=row]');
  const around: Element[] = [];
  for (let parent = element.parentElement; parent !== null && parent !== document.body; parent = parent.parentElement) around.push(parent);
  return { element, beside: [item?.nextElementSibling, item?.previousElementSibling].filter((each) => each != null), around };
}

const focusableIn = (element: Element): HTMLElement | null => element.querySelector<HTMLElement>(FOCUSABLE);
