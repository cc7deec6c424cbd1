// The first explanation, asked for before it is known what the server has: of a sample, the link or the page itself says all
// that is needed. It saves a wait; if it was not what the page comes to ask, it is given up.

import {explain, explainRequest, type Request} from "./requests.js";
import {firstSample, samples} from "./samples.js";
import type {Progress} from "./server.js";
import {emptyView, fromFragment, type View} from "./state.js";

/** What a page shows that is opened with this fragment; without a word, the first sample for models of a task. */
export function firstView(fragment: string, task: string): View {
  const sample = firstSample(task);
  return fromFragment(fragment) ?? (sample ? {...emptyView, sample: sample.id, texts: sample.texts} : emptyView);
}

/** The request for that view, as far as it can be known; without a model it is for the server's first. */
export function earlyRequest(fragment: string): Request | undefined {
  const view = firstView(fragment, "question-answering"), sample = samples.find(({id}) => id === view.sample);
  if (!sample || view.compared || view.windows || view.models.length > 1 || (fragment && !view.models.length)) return undefined;
  return explainRequest(view, view.models[0], sample.task);
}

export class Early {
  private readonly stop = new AbortController();
  private readonly answer: Promise<unknown>;
  private progress: Progress = () => undefined;

  constructor(private readonly request: Request) {
    this.answer = explain(request, (done, total) => { this.progress(done, total); }, this.stop.signal);
    this.answer.catch(() => undefined); // it may not be wanted
  }

  /** The answer, if it is the one to this request. @param first the server's first model */
  take(request: Request, first: string, progress: Progress, signal: AbortSignal): Promise<unknown> | undefined {
    if (JSON.stringify({...this.request, model: this.request["model"] ?? first}) !== JSON.stringify(request)) {
      this.drop();
      return undefined;
    }
    this.progress = progress;
    signal.addEventListener("abort", () => { this.drop(); });
    return this.answer;
  }

  drop(): void {
    this.stop.abort();
  }
}
