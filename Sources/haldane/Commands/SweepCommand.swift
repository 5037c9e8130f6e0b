import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryTelemetry
import CanaryYAML

/// `haldane sweep`: one pass over the rollouts of a cluster, for a CronJob where no agent runs.
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Go on with the runs of a cluster whose processes are gone.",
        discussion: """
            Looks at all rollouts once. A run whose process handed it over, or did not renew its lease while we looked, is taken over \
            and carried to its end: with its evidence if it was kept, else as guards.onOrphan says. What is unfinished after --within, \
            or on SIGTERM, is handed over to the next one.

            CanaryPolicies hold as for an agent's runs: a freeze, a closed window and brakes that hold keep weights from rising, never \
            a rollback. They are read every few seconds; while they cannot be, no weight rises.

            As with an agent, the Canary object's status and events tell how its run stands, and a line of the error output tells each \
            thing that happened: why evidence was kept or dropped, and for each write who did it, from where to where, and why \
            (event=audit).

            A rollback, pause, resume or forced promotion that waits on the run's Canary object is obeyed and answered as an agent \
            does; requests are looked for every few seconds while the run goes on.

            What a run measures with is read from an object of its namespace, which its users can write. Only the canary's own pods are \
            scraped for it, once a second at most, and nobody is told. A run with a Prometheus, pods of another namespace or scraped \
            through the API server, or rounds of less than 1s ends as guards.onOrphan says, unless --trust-telemetry is given; so does \
            one with listed targets, files or ${VAR}, which mean nothing here, in any case.

            example, as a CronJob without an agent:
              haldane sweep --all-namespaces --within 55m

            exit codes: 0 nothing to do, or all promoted; else the worst outcome: 1 held or unfinished, 2 rolled back, 3 could not tell; \
            130, 143 after a signal that left something unfinished.
            """
    )

    @Option(name: .shortAndLong, help: "Only this namespace. (default: that of the context)")
    var namespace: String?

    @Flag(name: [.customShort("A"), .customShort("a"), .long], help: "All namespaces.")
    var allNamespaces = false

    @Option(
        name: .long,
        help:
            "Whose CanaryPolicy is the whole cluster's: the agent's namespace. (default: \(FreezeDesk.agentNamespace), or where one is found)"
    )
    var agentNamespace: String?

    @Option(name: .long, help: "How long runs are carried on before they are handed over.")
    var within = "1h"

    @Flag(name: .long, help: "Ask what the runs' own objects name, as often as they say, with this machine's network.")
    var trustTelemetry = false

    @OptionGroup var journals: JournalsOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard SpecSyntax.duration(within) != nil else {
            throw ValidationError("--within '\(within)' is not a duration: 1h, 90s.")
        }
        if allNamespaces, namespace != nil {
            throw ValidationError("--namespace and --all-namespaces exclude each other.")
        }
    }

    func run() async throws {
        try await conclude(output, for: .action) {
            let place = allNamespaces ? nil : try namespace ?? cluster.options.defaultNamespace()
            var options = SweepSession.Options(
                cluster: cluster.options,
                namespace: place,
                home: journals.home,
                within: SpecSyntax.duration(within) ?? .seconds(3600),
                version: Version.number
            )
            options.trust.isTelemetryTrusted = trustTelemetry
            options.agentNamespace = agentNamespace
            let isText = output.output == .text
            let inbox = RunInbox()
            let report = try await SignalWatch.run(inbox: inbox, onInterrupt: .keep) { [options] in
                let session = SweepSession(
                    options: options,
                    inbox: inbox,
                    note: { Console.talk.write("haldane sweep: \(TextCells.harmless($0))\n") },
                    line: { Console.talk.write($0 + "\n") },
                    tell: { result in
                        if isText { Console.output.write(TextCells.harmless(SweepWords.line(result)) + "\n") }
                    }
                )
                return try await session.run()
            }
            switch output.output {
            case .json: Console.output.write(SweepWords.json(report))
            case .text: Console.output.write(SweepWords.sum(report, in: place) + "\n")
            }
            return report.exitCode
        }
    }
}

/// A sweep in words, and for programs.
enum SweepWords {
    /// `test1/demo4: rolled back: …`.
    static func line(_ result: SweepSession.Result) -> String {
        let word =
            result.isElsewhere || result.failure != nil
            ? word(result) : result.report?.outcome?.words ?? "handed over"
        return "\(result.orphan.key): \(word): \(why(result))"
    }

    static func sum(_ report: SweepSession.Report, in namespace: String?) -> String {
        func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
        let place = namespace.map { "in namespace '\($0)'" } ?? "in all namespaces"
        return
            "\(count(report.looked, "rollout", "rollouts")) looked at \(place): "
            + "\(count(report.driven, "run goes", "runs go")) on elsewhere, \(report.results.count) taken over"
            + (report.unreadable.isEmpty
                ? "" : ", \(count(report.unreadable.count, "record", "records")) that cannot be read")
    }

    static func json(_ report: SweepSession.Report) -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.sweep/1")
        writer.key("looked")
        writer.integer(report.looked)
        writer.key("driven")
        writer.integer(report.driven)
        writer.key("taken")
        writer.beginArray()
        for result in report.results {
            writer.beginObject()
            let texts = [
                ("namespace", result.orphan.key.namespace), ("canary", result.orphan.key.name),
                ("run", result.orphan.run.id), ("cause", result.orphan.words), ("outcome", word(result)),
                ("reason", why(result)), ("journal", result.report?.journalPath ?? ""),
            ]
            for (key, text) in texts {
                writer.key(text: key)
                writer.string(text)
            }
            writer.endObject()
        }
        writer.endArray()
        if !report.unreadable.isEmpty {
            writer.key("unreadable")
            writer.beginArray()
            for text in report.unreadable { writer.string(text) }
            writer.endArray()
        }
        writer.key("exitCode")
        writer.integer(Int(report.exitCode.code))
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private static func word(_ result: SweepSession.Result) -> String {
        if result.isElsewhere { return "elsewhere" }
        if result.failure != nil { return "failed" }
        return result.report?.outcome?.qualifiedWord ?? "handedOver"
    }

    private static func why(_ result: SweepSession.Result) -> String {
        if let failure = result.failure { return failure.description }
        return result.report?.outcome?.reason.text ?? result.report?.interruption?.text ?? result.orphan.words
    }
}
