import CanaryAgent
import CanaryCore
import Foundation
import Testing

struct CheckStateFileTests {
    private func stored(_ rig: CheckRig) async throws -> [UInt8] {
        _ = await rig.run([rig.probe()])
        return Array(try #require(FileManager.default.contents(atPath: rig.state + "/state.json")))
    }

    @Test("a file torn at any byte restarts the evidence, says so and is put aside")
    func torn() async throws {
        let rig = try CheckRig()
        let bytes = try await stored(rig)
        let file = CheckStateFile(folder: rig.state)
        for length in 0..<bytes.count {
            try Data(bytes[..<length]).write(to: URL(filePath: file.path))

            let found = try file.load()

            #expect(found.state == CheckState(), "\(length) of \(bytes.count) bytes")
            #expect(found.restarted?.text.contains("begins anew") == true)
            #expect(FileManager.default.contents(atPath: file.path + ".corrupt") == Data(bytes[..<length]))
        }
        try Data(bytes).write(to: URL(filePath: file.path))
        #expect(try file.load().restarted == nil)
    }

    @Test("a file with any other byte is not believed")
    func flipped() async throws {
        let rig = try CheckRig()
        let bytes = try await stored(rig)
        let file = CheckStateFile(folder: rig.state)
        for place in stride(from: 0, to: bytes.count, by: 7) {
            var changed = bytes
            changed[place] ^= 1
            try Data(changed).write(to: URL(filePath: file.path))
            #expect(try file.load().restarted != nil, "byte \(place)")
        }
    }

    @Test("a state of another schema or of nonsense restarts the evidence")
    func nonsense() throws {
        let rig = try CheckRig()
        let file = CheckStateFile(folder: rig.folder)
        for text in [
            "{}", "hello", "{\"schema\":\"haldane.check-state/2\",\"checksum\":\"0000000000000000\",\"state\":{}}\n",
            "\u{0}",
        ] {
            try Data(text.utf8).write(to: URL(filePath: file.path))
            #expect(try file.load().restarted != nil, "\(text)")
        }
        #expect(try file.load().restarted == nil)
    }

    @Test("a check over a corrupt state says so and goes on")
    func told() async throws {
        let rig = try CheckRig()
        _ = await rig.run([rig.probe(canaryErrors: 0.3)])
        try Data("torn".utf8).write(to: URL(filePath: rig.state + "/state.json"))
        rig.wait(300)

        let end = await rig.run([rig.probe()]) { $0.isCron = true }

        #expect(end.report.restarted?.label == "state-restarted")
        #expect(end.report.isNews)
        rig.wait(300)
        #expect(await rig.run([rig.probe()]) { $0.isCron = true }.report.restarted == nil)
    }
}
