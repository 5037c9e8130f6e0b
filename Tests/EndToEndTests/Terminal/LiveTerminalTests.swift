import CanaryTestKit
import Foundation
import Testing

/// The live view of the real binary on a real terminal.
@Suite struct LiveTerminalTests {
    /// A demo that stays at its first step until somebody commands it.
    private static let settings = ["pace.history=150s", "pace.settle=10m", "pace.deadline=1h"]
        .map { "--set \($0)" }.joined(separator: " ")

    private struct Result {
        var pause = ""
        var explanation = ""
        var wide = ""
        var question = ""
        var painted = ""
        var end = ""
        var modes = ""
        var isAlternate = false
        var wasAlternate = false
        var story = ""
    }

    @Test("keys pause, explain and roll back with a reason, and the terminal is given back", .timeLimit(.minutes(2)))
    func keys() async throws {
        let result = try await Patience.blocking {
            var result = Result()
            let folder = try TestFolder()
            let tmux = try TmuxSession(in: folder.path, environment: ["NO_COLOR": "1"])
            let haldane = try Haldane.binary()
            try tmux.type("clear; '\(haldane)' demo --directory demo \(Self.settings); echo code=$?\n")
            try tmux.wait(for: "step 1/5")
            result.wasAlternate = try tmux.isAlternate
            try tmux.press("p")
            result.pause = try tmux.wait("pause") { $0.contains("✔ paused at 95/5") && $0.contains("PAUSED") }
            try tmux.press("e")
            result.explanation = try tmux.wait(for: "Next: paused by")
            try tmux.press("Escape")
            try tmux.resize(columns: 120, rows: 40)
            result.wide = try tmux.wait(for: "slower than 100 ms  ")
            try tmux.type("rsupport reports errors")
            result.question = try tmux.wait(for: "none: support reports errors")
            result.painted = try tmux.screen(withColor: true)
            try tmux.press("Enter")
            try tmux.wait(for: "code=2")
            result.end = try tmux.screen(withHistory: true)
            result.isAlternate = try tmux.isAlternate
            try tmux.type("clear; stty -a\n")
            result.modes = try tmux.wait(for: "echoke")
            result.story = try Haldane.run(["explain", "demo/journal"], in: folder, as: "explain").output
            return result
        }

        #expect(result.wasAlternate && !result.isAlternate)
        #expect(result.pause.contains("[p] resume"))
        #expect(result.explanation.contains("[q] back to the view"))
        #expect(result.wide.contains("v1 stable") && result.question.contains("roll v2 back from 5 % to 0 % now?"))
        #expect(result.painted.firstRange(of: /\u{1B}\[[0-9;]*[34][0-9]/) == nil, "\(result.painted)")
        #expect(result.end.contains("✖ canary 5 % → 0 %: rolled back") && result.end.contains("✖ rolled back: demo4"))
        #expect(result.modes.contains(" icanon") && result.modes.contains(" echo "))
        #expect(result.story.contains("support reports errors"), "\(result.story)")
    }

    @Test("q asks first and leaves the weights alone, and Ctrl-Z stops the view until fg", .timeLimit(.minutes(2)))
    func leaves() async throws {
        let (question, painted, end) = try await Patience.blocking {
            let folder = try TestFolder()
            let tmux = try TmuxSession(in: folder.path, environment: ["NO_COLOR": ""])
            let haldane = try Haldane.binary()
            try tmux.type("clear; '\(haldane)' demo --directory demo \(Self.settings)\n")
            try tmux.wait(for: "step 1/5")
            try tmux.press("q")
            let question = try tmux.wait(for: "leave?")
            try tmux.press("Escape")
            try tmux.wait(for: "[q] quit (asks)")
            let painted = try tmux.screen(withColor: true)
            try tmux.press("C-z")
            try tmux.wait(for: "stopped: the rollout stands still")
            try tmux.type("fg\n")
            try tmux.wait(for: "[q] quit (asks)")
            // As a slip of the mouse would: nothing of it is a key.
            try tmux.type("\u{1B}[200~qk\u{1B}[201~")
            try tmux.press("q")
            try tmux.wait(for: "leave?")
            try tmux.press("k")
            try tmux.wait(for: "haldane replay")
            try tmux.type("echo code=$?\n")
            try tmux.wait(for: "code=130")
            return (question, painted, try tmux.screen(withHistory: true))
        }

        #expect(question.contains("weights stay 95/5") && question.contains("[r] roll back first"))
        #expect(painted.contains("step 1/5") && painted.contains("\u{1B}["))
        #expect(end.contains("interrupted: demo4") && end.contains("left the live view"))
    }

    @Test("a terminal that stands still does not hold a rollout up", .timeLimit(.minutes(2)))
    func stopped() async throws {
        let (wasSeen, end) = try await Patience.blocking {
            let folder = try TestFolder()
            let tmux = try TmuxSession(in: folder.path)
            let haldane = try Haldane.binary()
            let arguments = "--directory demo --scenario errors --speed 40 --set pace.history=150s"
            try tmux.type("clear; '\(haldane)' demo \(arguments) > summary; echo code=$?\n")
            try tmux.wait(for: "watching stable")
            try tmux.press("C-s")
            // Promoted and rolled back while nobody could see it.
            let route = folder.file("demo/demo4-vs.yaml")
            let wasSeen = Patience.wait(seconds: 30) { RouteText(TestFolder.text(route)).weights == [95, 5] }
            try tmux.wait(for: "code=2")
            return (wasSeen, folder.read("summary"))
        }

        #expect(wasSeen)
        #expect(end.contains("rolled back: demo4"))
    }

    @Test("a watch commands the run of another process, and q ends the watch alone", .timeLimit(.minutes(2)))
    func watches() async throws {
        let (paused, end, talk, code) = try await Patience.blocking {
            let mesh = try MeshProcess(scenario: "healthy", seed: 4, speed: 10, in: try TestFolder())
            defer { withExtendedLifetime(mesh) {} }
            let settings = QuickPace.arguments + ["--set", "pace.settle=10m", "--set", "pace.deadline=1h"]
            let run = try Haldane(["run", mesh.spec] + settings, in: mesh.folder, as: "run")
            try run.waitForTalk("weights=75/25")
            let tmux = try TmuxSession(in: mesh.folder.path)
            try tmux.type("clear; '\(try Haldane.binary())' watch; echo code=$?\n")
            try tmux.wait(for: "step 1/3")
            try tmux.press("p")
            // Answered by the run's process, and then told by its journal.
            let paused = try tmux.wait("pause") { $0.contains("✔ paused at 75/25") && $0.contains("PAUSED") }
            try tmux.press("q")
            try tmux.wait(for: "code=130")
            let end = try tmux.screen(withHistory: true)
            try tmux.type("clear; '\(try Haldane.binary())' watch --ui lines\n")
            try tmux.wait(for: "time=20")
            try tmux.press("C-c")
            run.signal(SIGINT)
            let ended = try run.wait(seconds: 30)
            return (paused, end, ended.talk, ended.ending)
        }

        #expect(paused.contains("[p] resume"))
        #expect(end.contains("the run goes on"))
        #expect(talk.contains("pause by operator") && talk.contains("from the live view"))
        #expect(code == .exited(130))
    }
}
