/** A doubly linked list: adding, taking out anywhere and reading the first take the same time however long it is, which neither an array nor a Set gives. */
export interface Link<T> {
  readonly value: T;
  before: Link<T> | null;
  after: Link<T> | null;
}

export interface List<T> {
  readonly first: Link<T> | null;
  readonly length: number;
  append(value: T): Link<T>;
  /** The link must be one of this list, removed once. */
  remove(link: Link<T>): void;
}

export function createList<T>(): List<T> {
  let first: Link<T> | null = null;
  let last: Link<T> | null = null;
  let length = 0;
  return {
    get first() {
      return first;
    },
    get length() {
      return length;
    },
    append(value) {
      const link: Link<T> = { value, before: last, after: null };
      if (last) last.after = link;
      else first = link;
      last = link;
      length += 1;
      return link;
    },
    remove(link) {
      if (link.before) link.before.after = link.after;
      else first = link.after;
      if (link.after) link.after.before = link.before;
      else last = link.before;
      length -= 1;
    },
  };
}
