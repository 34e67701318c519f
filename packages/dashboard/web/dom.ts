type Child = Node | string | number | undefined | false;
type Properties = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>;

/** An element: `on…` are listeners, everything else attributes; texts become text, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  element.append(...filled(children));
  return element;
}

function filled(children: readonly (Child | readonly Child[])[]): (Node | string)[] {
  return children.flat().flatMap((child) => {
    if (child === undefined || child === false) return [];
    return [child instanceof Node ? child : String(child)];
  });
}

/** Puts new children in the place of the old; what had the focus, by its `data-key`, has it again. */
export function refill(parent: Element, ...children: (Child | readonly Child[])[]): void {
  const focused = document.activeElement;
  const key = parent.contains(focused) ? focused?.getAttribute("data-key") : undefined;
  parent.replaceChildren(...filled(children));
  if (key)
    parent.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** Up and down go through the buttons of a list, Home and End to its ends. */
export function arrows<T extends HTMLElement>(list: T): T {
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll<HTMLElement>("li button[data-key]")];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, to))]?.focus();
  });
  return list;
}
