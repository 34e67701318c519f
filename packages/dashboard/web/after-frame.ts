/** Work that can wait until what is there already is on the screen; asked for twice before that, it is done once. */
export class AfterFrame {
  readonly #work: () => void;
  #asked = false;

  constructor(work: () => void) {
    this.#work = work;
  }

  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    // The timer is due after the frame that the callback is called before.
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.#asked = false;
        this.#work();
      }),
    );
  }
}
