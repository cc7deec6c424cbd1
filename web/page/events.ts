// Parses server-sent events according to https://html.spec.whatwg.org/multipage/server-sent-events.html. (EventSource
// cannot POST.)

export interface ServerEvent {
  name: string;
  data: string;
}

/** Parses a stream in chunks and returns the complete events. */
export class EventParser {
  private rest = "";
  private name = "";
  private data: string[] = [];

  feed(chunk: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    // A carriage return at the end of a chunk may be the first half of "\r\n".
    const lines = (this.rest + chunk).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (this.data.length) events.push({name: this.name || "message", data: this.data.join("\n")});
        this.name = "";
        this.data = [];
        continue;
      }
      const colon = line.indexOf(":"), field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") this.name = value;
      else if (field === "data") this.data.push(value);
    }
    return events;
  }
}
