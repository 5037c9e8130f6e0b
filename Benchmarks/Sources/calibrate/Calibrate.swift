import Foundation
import Measuring

/// `calibrate`: how often Haldane decides rightly, and how soon.
///
/// Part A runs judge and reducer from memory over many seeds; part B runs whole demos over real HTTP. Both print Markdown.
@main
struct Calibrate {
    static func main() async {
        do {
            let arguments = try Arguments(
                Array(CommandLine.arguments.dropFirst()),
                options: ["seeds", "demo-seeds", "scenario", "binary", "part"],
                switches: ["full"]
            )
            exit(try await run(arguments) ? 0 : 1)
        } catch {
            Machine.say("error: \(error)")
            exit(64)
        }
    }

    private static func run(_ arguments: Arguments) async throws -> Bool {
        let part = arguments.text("part")
        guard part == nil || part == "memory" || part == "demo" else {
            throw Arguments.Fault(description: "--part is memory or demo")
        }
        if part != "demo" {
            let seeds = try arguments.count("seeds", otherwise: 100)
            await MemoryCalibration(seeds: max(seeds, 1), isFull: arguments.has("full")).run()
        }
        guard part != "memory" else { return true }
        let seeds = try arguments.count("demo-seeds", otherwise: 20)
        let binary = Program(path: arguments.text("binary") ?? ".build/release/haldane")
        guard binary.exists else {
            throw Arguments.Fault(description: "no program at \(binary.path); build it with 'swift build -c release'")
        }
        let names = arguments.text("scenario").map { [$0] } ?? DemoCalibration.scenarios
        return try await DemoCalibration(binary: binary, seeds: max(seeds, 1), scenarios: names).run()
    }
}
