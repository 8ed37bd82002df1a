import { Component, type ComponentChildren } from 'preact';

interface ErrorBoundaryProps {
  readonly children: ComponentChildren;
  /** Forget what may be the cause, before the page begins anew. */
  readonly onReload: () => void;
}

interface ErrorBoundaryState {
  readonly failure: string | undefined;
  readonly attempt: number;
}

/** Instead of a page that went blank: what went wrong, and a way to begin anew. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { failure: undefined, attempt: 0 };

  override componentDidCatch(thrown: unknown): void {
    this.setState({ failure: thrown instanceof Error ? thrown.message : String(thrown) });
  }

  private readonly reload = () => {
    this.props.onReload();
    this.setState(({ attempt }) => ({ failure: undefined, attempt: attempt + 1 }));
  };

  override render({ children }: ErrorBoundaryProps, { failure, attempt }: ErrorBoundaryState) {
    if (failure === undefined)
      return (
        <div key={attempt} class="whole">
          {children}
        </div>
      );
    return (
      <main class="alone">
        <h1>The memory map cannot be drawn</h1>
        <p role="alert">
          The page failed: <code>{failure}</code>
        </p>
        <p>
          Reload begins anew with all of the map, nothing selected and nothing tried. If it fails again, “Jailhouse: Export Memory Map”
          still writes the map into a file; please report the text above.
        </p>
        <button type="button" class="plain" onClick={this.reload}>
          Reload
        </button>
      </main>
    );
  }
}
