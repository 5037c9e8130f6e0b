import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanarySimulator
import CanaryYAML

/// `--output`.
struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(name: .long, help: "Results as text for people or JSON for programs.")
    var output: Format = .text
}

/// `--set`.
struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        parsing: .singleValue,
        help: ArgumentHelp(
            "Override a value of the spec, e.g. pace.warmup=0s; may be repeated.",
            valueName: "key=value"
        )
    )
    var settings: [String] = []
}

/// `--summary`.
struct SummaryOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Append a Markdown summary, e.g. to \"$GITHUB_STEP_SUMMARY\".", valueName: "file")
    )
    var summary: String?

    /// A summary that cannot be written is told and changes nothing else.
    static func append(_ text: @autoclosure () -> StepSummary, to path: String?) {
        guard let path, !path.isEmpty else { return }
        do {
            try SummaryFile.append(text(), to: path)
        } catch {
            Console.talk.write("warning: \(error.message)\(error.cause.map { ": \($0)" } ?? "")\n")
        }
    }
}

/// What `demo` and `simulate` share.
struct MeshOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "What v2 is like: \(Scenario.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "name"
        )
    )
    var scenario: Scenario = .healthy

    @Option(name: .long, help: "The seed of all chance; the same seed gives the same counts and verdicts.")
    var seed: UInt64 = 7

    @Option(name: .long, help: "Virtual seconds per real second; 0 is as fast as possible.")
    var speed: Double = 60

    @Option(
        name: .long,
        help: "Where the route, the spec and the journal are written; a new temporary folder if left out."
    )
    var directory: String?

    func validate() throws {
        guard speed.isFinite, speed >= 0, speed <= 1e6 else {
            throw ValidationError("--speed must be from 0 to 1000000.")
        }
    }

    func options(settings: [String]) throws(CommandFault) -> DemoOptions {
        let folder: String
        if let directory { folder = directory } else { folder = try TemporaryFolder.make("haldane-demo") }
        return DemoOptions(
            scenario: scenario,
            seed: seed,
            speed: speed,
            directory: folder,
            settings: settings,
            version: Version.number
        )
    }
}

extension Scenario: ExpressibleByArgument {}

/// A spec file with its overrides.
enum SpecFile {
    static func decode(_ path: String, settings: [String]) throws -> DecodedSpec {
        let name = path == "-" ? "standard input" : path
        let decoded = try SpecDecoder.decode(text: ByteInput.readText(path), file: name)
        return try SpecDecoder.apply(sets: settings, to: decoded)
    }
}

extension OutputOptions {
    /// For commands whose stdout is a stream of results that a fault must not be mixed into.
    static var text: OutputOptions {
        var options = OutputOptions()
        options.output = .text
        return options
    }
}
