// Repeats a request of a view while the server is busy or away, and shows what else went wrong.

import {failureState} from "./failures.js";
import {Failure, isReady, setKey} from "./server.js";

const pollSeconds = 3;

export class Attempt {
  private later: number | undefined;

  /** @param show shows a state in place of a result. @param cannot the heading if the server refuses. */
  constructor(private readonly show: (state: HTMLElement, aloud: string) => void, private readonly cannot: string) {}

  /** Forgets that a request should be repeated. */
  stop(): void {
    window.clearTimeout(this.later);
  }

  /** @param goThere focuses the field that the message is about, if there is one. @throws what is no Failure */
  failed(error: unknown, again: () => void, goThere: (field: string) => (() => void) | undefined, shorter: (share: number) => void = () => undefined): void {
    if (!(error instanceof Failure)) throw error;
    const state = failureState(error, {
      cannot: this.cannot, again, goThere: goThere(error.problem.field), shorter, ways: [],
      withKey: key => {
        setKey(key);
        again();
      },
    });
    this.show(state, `${state.querySelector("h2")?.textContent ?? ""}. ${error.problem.detail}`);
    this.stop();
    if (error.trouble === "away") this.wait(again);
    if (error.trouble === "busy" && error.retrySeconds > 0) this.later = window.setTimeout(again, 1000 * error.retrySeconds);
  }

  private wait(again: () => void): void {
    this.later = window.setTimeout(() => {
      void isReady().then(ready => {
        if (ready) again();
        else this.wait(again);
      });
    }, 1000 * pollSeconds);
  }
}
