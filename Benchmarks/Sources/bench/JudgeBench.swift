import Foundation
import Measuring

/// `haldane judge --windows -` over a long recording, against `cat` of the same file.
struct JudgeBench {
    let binary: Program
    let folder: URL
    /// About how many windows the recording has.
    let windows: Int

    func run() throws -> [BenchLine] {
        let recording = folder.appending(path: "windows.jsonl")
        let count = try write(recording)
        let bytes = try recording.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        let cat = Program(path: "/bin/cat")
        var processorTimes: [[Double]] = [[], [], []]
        var answers = 0

        func measure(_ position: Int, _ body: () throws -> Void) throws {
            let before = Machine.childSeconds
            try body()
            processorTimes[position].append(Machine.childSeconds - before)
        }
        func judge(_ form: String) throws {
            let run = try binary.stream(["judge", "--windows", "-", "--output", form], input: recording)
            guard run.exitCode == 0 else {
                throw Arguments.Fault(description: "judge ended with exit code \(run.exitCode)")
            }
            answers = run.lines
        }
        let times = try Rounds.run(
            3,
            [
                { try measure(0) { _ = try cat.stream([], input: recording) } },
                { try measure(1) { try judge("text") } },
                { try measure(2) { try judge("json") } },
            ]
        )
        func best(_ values: [Double]) -> Double { max(values.min() ?? 0, 1e-6) }
        func line(_ position: Int, _ form: String) -> BenchLine {
            let rate = Double(count) / best(processorTimes[position])
            let wall = Double(count) / best(times[position])
            return BenchLine(
                what: "judge --windows, \(form), windows per processor second",
                measured: "\(rate.text(0)) (\(wall.text(0)) per real second)",
                limit: "at least 20000",
                isMet: rate >= 20_000
            )
        }
        return [
            BenchLine(
                what: "recording for judge --windows",
                measured: "\(count) windows, \(answers) of them answered, \(bytes / 1_000_000) MB"
            ),
            line(1, "text"),
            line(2, "json"),
            BenchLine(
                what: "judge --windows, json, to cat of the file, real time",
                measured: Rounds.ratio(times[2], to: times[0]).text(1)
            ),
        ]
    }

    /// Runs of the calm trace under other names, 50 of them interleaved line by line; how many windows.
    private func write(_ recording: URL) throws -> Int {
        let lines = try String(contentsOf: Self.trace(), encoding: .utf8).split(separator: "\n")
        guard let header = lines.first else { return 0 }
        // What stands before and after the run's name.
        let parts = lines.dropFirst().compactMap { line -> (Substring, Substring)? in
            line.range(of: Self.name).map { (line[..<$0.lowerBound], line[$0.upperBound...]) }
        }
        try Data().write(to: recording)
        let file = try FileHandle(forWritingTo: recording)
        try file.write(contentsOf: Data((header + "\n").utf8))
        let groups = max(windows / (max(parts.count, 1) * Self.interleaved), 1)
        for group in 0..<groups {
            var text = ""
            for (before, after) in parts {
                for run in 0..<Self.interleaved { text += "\(before)r\(group)-\(run)\(after)\n" }
            }
            for run in 0..<Self.interleaved { text += "{\"run\":\"r\(group)-\(run)\",\"end\":true}\n" }
            try file.write(contentsOf: Data(text.utf8))
        }
        try file.close()
        return groups * Self.interleaved * parts.count
    }

    private static func trace() throws -> URL {
        let path = "Tests/CanaryStatisticsTests/Fixtures/windows/\(name).jsonl"
        guard FileManager.default.fileExists(atPath: path) else {
            throw Arguments.Fault(description: "no trace at \(path); run this from the project's folder")
        }
        return URL(filePath: path)
    }

    private static let name = "equal_calm_4_2"
    private static let interleaved = 50
}
