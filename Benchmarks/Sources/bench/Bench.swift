import Foundation
import Measuring

/// `bench`: what the hot paths cost, as ratios within one run, and whether the stated limits hold.
@main
struct Bench {
    static func main() async {
        do {
            if let answer = try await FleetBench.part(Array(CommandLine.arguments.dropFirst())) {
                Machine.show(answer)
                exit(0)
            }
            let arguments = try Arguments(
                Array(CommandLine.arguments.dropFirst()),
                options: ["only", "binary", "windows", "canaries", "active", "seconds"],
                switches: []
            )
            exit(try await run(arguments) ? 0 : 1)
        } catch {
            Machine.say("error: \(error)")
            exit(64)
        }
    }

    private static func run(_ arguments: Arguments) async throws -> Bool {
        let binary = Program(path: arguments.text("binary") ?? ".build/release/haldane")
        guard binary.exists else {
            throw Arguments.Fault(description: "no program at \(binary.path); build it with 'swift build -c release'")
        }
        let windows = try arguments.count("windows", otherwise: 200_000)
        let folder = try Machine.temporaryFolder("bench")
        defer { try? FileManager.default.removeItem(at: folder) }
        let only = arguments.text("only")
        func wants(_ name: String) -> Bool { only == nil || only == name }

        let loadBefore = Machine.load
        var lines: [BenchLine] = []
        if wants("parser") { lines += try ParserBench.run() }
        if wants("engine") { lines += try EngineBench.run() }
        if wants("journal") { lines += try await JournalBench.run(in: folder) }
        if wants("cluster") { lines += try await ClusterBench.run(in: folder) }
        if wants("judge") { lines += try JudgeBench(binary: binary, folder: folder, windows: windows).run() }
        if wants("fleet") { lines += try await FleetBench.run(in: folder) }
        if wants("agent") {
            var bench = AgentBench(binary: binary, folder: folder)
            bench.canaries = try arguments.count("canaries", otherwise: bench.canaries)
            bench.active = try arguments.count("active", otherwise: bench.active)
            bench.time = .seconds(try arguments.count("seconds", otherwise: 30))
            lines += try await bench.run()
        }
        if wants("memory") { lines += try await MemoryBench.run(binary, in: folder) }
        guard !lines.isEmpty else {
            throw Arguments.Fault(
                description: "--only is parser, engine, journal, cluster, judge, fleet, agent or memory"
            )
        }

        var table = MarkdownTable("what", "measured", "limit", "result")
        for line in lines { table.add(line.what, line.measured, line.limit ?? "-", line.result) }
        Machine.show(table.text)
        Machine.show("\(Machine.processors) processors; load before \(loadBefore), after \(Machine.load).")
        return lines.allSatisfy(\.isMet)
    }
}

/// One line of the result.
struct BenchLine {
    var what: String
    var measured: String
    var limit: String?
    var isMet = true

    /// Whether the limit is kept; `-` where there is none and nothing went wrong.
    var result: String { isMet ? limit == nil ? "-" : "met" : "missed" }
}
