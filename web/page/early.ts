// The first explanation, requested before the page knows the server's models and options. For a sample, the link or the
// page itself
// has all that the request needs, so the page need not wait for one response before it sends the other request. If the
// page turns
// out to need a different request, this one is cancelled.

import {explainRequest, type Request} from "./requests.js";
import {firstSample, samples} from "./samples.js";
import {ask, type Progress} from "./server.js";
import {emptyView, fromFragment, isViewField, type View} from "./state.js";
import {noTable} from "./table.js";

/** The view of a page opened with this fragment; without a fragment, the first sample for models of the task. @param known names of options */
export function firstView(fragment: string, task: string, known: readonly string[]): View {
  const sample = firstSample(task);
  return fromFragment(fragment, known) ?? (sample ? {...emptyView, sample: sample.id, texts: sample.texts} : emptyView);
}

/** The request for that view, if it does not depend on the server's table of options. If the view names no model, the server uses its first. */
export function earlyRequest(fragment: string): Request | undefined {
  if ([...new URLSearchParams(fragment).keys()].some(name => !isViewField(name))) return undefined; // an option
  const view = firstView(fragment, "question-answering", []), sample = samples.find(({id}) => id === view.sample);
  if (!sample || view.compared || view.windows || view.models.length > 1 || (fragment && !view.models.length)) return undefined;
  return explainRequest(view, noTable, view.models[0], sample.task);
}

export class Early {
  private readonly stop = new AbortController();
  private readonly answer: Promise<unknown>;
  private progress: Progress = () => undefined;

  constructor(private readonly request: Request) {
    // The default method finishes before it could show progress, so its response is not streamed.
    const progress: Progress | undefined = request["method"] === "gradient" ? undefined : (...now) => { this.progress(...now); };
    this.answer = ask("v1/explain", request, progress, this.stop.signal);
    this.answer.catch(() => undefined); // it may not be needed
  }

  /** The response, if it belongs to this request. @param first the server's first model */
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
