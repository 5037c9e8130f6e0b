import ArgumentParser
import CanaryCore
import CanaryYAML

/// The times of the past that are judged.
struct PastTimeOptions: ParsableArguments {
    static let names = "--from, --to, --before, --after, --span, --journal"

    // Unconditional, because a time may begin with a minus.
    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("Judge two versions side by side, from this time on.", valueName: "time")
    )
    var from: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The end of that time; now if left out.", valueName: "time")
    )
    var to: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("Compare the time that ends here, before a deploy,", valueName: "time")
    )
    var before: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("with the time that begins here, after it.", valueName: "time")
    )
    var after: String?

    @Option(name: .long, help: ArgumentHelp("How long those two times are; 1h if left out.", valueName: "duration"))
    var span: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where the journal is written; .haldane/NAMESPACE-NAME/past if left out.",
            valueName: "dir"
        )
    )
    var journal: String?

    var isEmpty: Bool {
        [from, to, before, after, span, journal].allSatisfy { $0 == nil }
    }

    /// Which options go together.
    func check() throws {
        let isSideBySide = from != nil || to != nil
        let isBeforeAfter = before != nil || after != nil || span != nil
        guard !(isSideBySide && isBeforeAfter) else {
            throw ValidationError(
                "--from and --to compare two versions side by side, --before and --after two times: give one of the pairs."
            )
        }
        if isSideBySide, from == nil { throw ValidationError("--to needs --from TIME.") }
        if isBeforeAfter, before == nil || after == nil {
            throw ValidationError("Two times are compared: give both --before TIME and --after TIME.")
        }
        guard isSideBySide || isBeforeAfter else {
            throw ValidationError("--journal needs --from TIME --to TIME, or --before TIME --after TIME.")
        }
        for (name, text) in [("--from", from), ("--to", to), ("--before", before), ("--after", after)] {
            if let fault = text.flatMap({ TimeArgument.fault(name, $0) }) { throw ValidationError(fault) }
        }
        if let span, duration(span) == nil {
            throw ValidationError("--span '\(span)' is not a duration such as 90m or 1h.")
        }
    }

    /// What is asked; nil if `check` would refuse it.
    func question(now: Timestamp) -> PastQuestion? {
        if let from = from.flatMap({ TimeArgument.moment($0, now: now) }) {
            let end = to.map { TimeArgument.moment($0, now: now) } ?? now
            return end.map { .sideBySide(from: from, to: $0) }
        }
        guard let before = before.flatMap({ TimeArgument.moment($0, now: now) }),
            let after = after.flatMap({ TimeArgument.moment($0, now: now) })
        else { return nil }
        let span = span.map(duration) ?? .seconds(3600)
        return span.map { .beforeAfter(before: before, after: after, span: $0) }
    }

    private func duration(_ text: String) -> Duration? { SpecSyntax.duration(text) }
}
