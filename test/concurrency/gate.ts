/** A promise that the test resolves or rejects. */
export class Gate {
  readonly opened: Promise<void>;
  open: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve, reject) => {
      this.open = resolve;
      this.fail = reject;
    });
  }
}
