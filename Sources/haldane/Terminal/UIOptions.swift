import ArgumentParser

/// How a run is shown while it goes on.
enum UIMode: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// Live on a terminal, else lines.
    case auto
    case live
    case lines
    case none
}

/// `--ui`.
struct UIOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "Progress as a live view with keys, as one line an event, or not at all; auto is live on a terminal."
    )
    var ui: UIMode = .auto
}
