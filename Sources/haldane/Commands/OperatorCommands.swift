import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport

/// `haldane promote`: the next step, now.
struct PromoteCommand: AsyncParsableCommand, OperatorVerb {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Go to the next step now, whatever is proved; at the last step, end the run as promoted.",
        discussion: """
            A regression is still rolled back at the next step.

            In a cluster it lifts a pause, a closed release window or the limit of concurrent rollouts; past what is not proved, \
            or what a freeze forbids, goes only --force, which needs the RBAC verb force-promote on canaries.haldane.dev.

            \(OperatorWords.codes)

            examples:
              haldane promote canary.yaml --reason 'low traffic, checked the dashboards'
              haldane promote reviews -n shop --force --reason 'the fix for incident 4711'
            """
    )

    @OptionGroup var choice: RunChoice
    @Option(name: .long, help: "Why, for the journal; required.") var reason: String?
    @Flag(name: .long, help: "In a cluster: whatever is proved, and past any freeze.") var force = false
    @OptionGroup var place: InClusterOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var answer: AnswerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output, for: .action) {
            guard place.isMeant else { return try await OperatorAction(.promote, choice, reason, output).perform() }
            return try await askAgent(.promote, force: force)
        }
    }
}

/// `haldane pause`: nothing is promoted until `resume`.
struct PauseCommand: AsyncParsableCommand, OperatorVerb {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Promote nothing until `resume`; comparison goes on, and a regression is still rolled back.",
        discussion: """
            The deadline of the run goes on as well.

            \(OperatorWords.codes)

            examples:
              haldane pause --reason 'incident 4711, looking at it'
              haldane pause reviews -n shop --reason 'incident 4711, looking at it'
            """
    )

    @OptionGroup var choice: RunChoice
    @Option(name: .long, help: "Why, for the journal; required.") var reason: String?
    @OptionGroup var place: InClusterOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var answer: AnswerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output, for: .action) {
            guard place.isMeant else { return try await OperatorAction(.pause, choice, reason, output).perform() }
            return try await askAgent(.pause)
        }
    }
}

/// `haldane resume`: ends a pause.
struct ResumeCommand: AsyncParsableCommand, OperatorVerb {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "End a pause: the run goes on by itself.",
        discussion: """
            A run whose process has ended is not resumed by this, but by `haldane run SPEC`.

            \(OperatorWords.codes)

            example:
              haldane resume --reason 'incident 4711 was something else'
            """
    )

    @OptionGroup var choice: RunChoice
    @Option(name: .long, help: "Why, for the journal.") var reason: String?
    @OptionGroup var place: InClusterOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var answer: AnswerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output, for: .action) {
            guard place.isMeant else { return try await OperatorAction(.resume, choice, reason, output).perform() }
            return try await askAgent(.resume)
        }
    }
}

/// `haldane rollback`: everything back to stable, now.
struct RollbackCommand: AsyncParsableCommand, OperatorVerb {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Take everything back to stable now.",
        discussion: """
            Where no process is at the run, this one takes it up, rolls it back and sees it to its end; its exit code is then \
            that of the outcome: 2 rolled back, 1 stopped because there was nothing to roll back.

            \(OperatorWords.codes)

            examples:
              haldane rollback canary.yaml --reason 'support reports errors at checkout'
              haldane rollback .haldane/test1-demo4 --reason 'the runner was lost'
              haldane rollback reviews -n shop --reason 'support reports errors at checkout'
            """
    )

    @OptionGroup var choice: RunChoice
    @Option(name: .long, help: "Why, for the journal; required.") var reason: String?
    @OptionGroup var place: InClusterOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var answer: AnswerOptions
    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "No progress, where this process takes the run up.")
    var quiet = false

    func run() async throws {
        try await conclude(output, for: .action) {
            if place.isMeant { return try await askAgent(.rollback) }
            return try await OperatorAction(.rollback, choice, reason, output).perform { run, found, command in
                try await RunTakeover(run, found, cluster: cluster.options).perform(command, isQuiet: quiet, output)
            }
        }
    }
}

/// A verb about a run of this machine, or about a Canary in a cluster.
private protocol OperatorVerb {
    var choice: RunChoice { get }
    var reason: String? { get }
    var place: InClusterOptions { get }
    var cluster: ClusterFlags { get }
    var answer: AnswerOptions { get }
    var output: OutputOptions { get }
}

extension OperatorVerb {
    /// Asks the agent of the cluster for it.
    fileprivate func askAgent(_ verb: CanaryRequest.Verb, force: Bool = false) async throws -> CanaryCore.ExitCode {
        try await ClusterAction(
            verb: verb,
            name: choice.run,
            reason: reason,
            force: force,
            place: place,
            cluster: cluster,
            answer: answer,
            output: output
        ).perform()
    }
}

enum OperatorWords {
    static let codes = """
        exit codes: 0 done, or the run does it as soon as it can; 3 refused, with why, or nothing runs; 64 no reason given.
        """
}
