import Foundation
import Testing

/// The units that are shipped, as systemd itself reads them.
struct DeployFilesTests {
    @Test("systemd accepts the units")
    func units() throws {
        let rig = try CheckRig()
        let deploy = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appending(path: "deploy/systemd")
        var paths: [String] = []
        for name in ["haldane-check.service", "haldane-check.timer"] {
            // The program is not installed where it will be.
            let text = try String(contentsOf: deploy.appending(path: name), encoding: .utf8)
                .replacingOccurrences(of: "/usr/local/bin/haldane", with: "/bin/true")
            let path = "\(rig.folder)/\(name)"
            try Data(text.utf8).write(to: URL(filePath: path))
            paths.append(path)
        }

        let (code, output) = try Self.run("/usr/bin/systemd-analyze", ["verify", "--man=no"] + paths)

        let ours = output.split(separator: "\n").filter { $0.contains("haldane-check") }
        #expect(code == 0, "\(output)")
        #expect(ours.isEmpty, "\(output)")
    }

    @Test("a time in which the machine was off is made up for, and every five minutes is what systemd understands")
    func calendar() throws {
        let (code, output) = try Self.run("/usr/bin/systemd-analyze", ["calendar", "*:0/5"])
        #expect(code == 0, "\(output)")
    }

    private static func run(_ path: String, _ arguments: [String]) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
