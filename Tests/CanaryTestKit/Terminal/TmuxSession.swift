import Foundation

/// A real terminal: a shell in a `tmux` of its own, whose screen is read and whose keys are pressed by a test.
///
/// Its server listens on a private socket and ends with this value.
package final class TmuxSession: Sendable {
    /// It could not be started, or did not show what was waited for.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let folder: String

    /// Starts a shell on a screen of that size; blocks the thread.
    ///
    /// - Parameters:
    ///   - place: the shell's working directory.
    ///   - environment: set for the shell beside what the test has itself.
    package init(columns: Int = 80, rows: Int = 24, in place: String, environment: [String: String] = [:]) throws {
        var template = Array("/tmp/haldane-tmux-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(description: "no folder: errno \(errno)") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var words = ["-u", "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "-c", place]
        var settings = environment
        settings["LC_ALL"] = "C.UTF-8"
        settings["ENV"] = ""
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) { words += ["-e", "\(name)=\(value)"] }
        _ = try tmux(words + ["/bin/sh"])
        _ = try wait("prompt of a shell", seconds: 20) { $0.contains("$") || $0.contains("#") }
    }

    deinit {
        // It may have ended with its shell.
        _ = try? tmux(["kill-server"])
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Types a text as it is.
    package func type(_ text: String) throws { _ = try tmux(["send-keys", "-l", text]) }

    /// Presses keys by tmux's names: `Enter`, `Escape`, `C-s`, `Down`.
    package func press(_ keys: String...) throws { _ = try tmux(["send-keys"] + keys) }

    package func resize(columns: Int, rows: Int) throws {
        _ = try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// The lines on the screen, with colour sequences if asked; with what has scrolled away if asked.
    package func screen(withColor: Bool = false, withHistory: Bool = false) throws -> String {
        try tmux(["capture-pane", "-p"] + (withColor ? ["-e"] : []) + (withHistory ? ["-S", "-"] : []))
    }

    /// Whether the program has switched to the alternate screen.
    package var isAlternate: Bool {
        get throws { try tmux(["display-message", "-p", "#{alternate_on}"]).hasPrefix("1") }
    }

    /// Waits until the screen meets a condition, and gives that screen; blocks the thread.
    @discardableResult
    package func wait(_ what: String, seconds: Double = 30, until isMet: (String) -> Bool) throws -> String {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let screen = try screen()
            if isMet(screen) { return screen }
            guard ContinuousClock.now < deadline else {
                throw Failure(description: "no \(what) within \(seconds) s on the screen:\n\(screen)")
            }
            usleep(50_000)
        }
    }

    @discardableResult
    package func wait(for text: String, seconds: Double = 30) throws -> String {
        try wait("'\(text)'", seconds: seconds) { $0.contains(text) }
    }

    private func tmux(_ words: [String]) throws -> String {
        try ServerProcess.output(
            of: "tmux",
            ["-S", folder + "/socket"] + words,
            variable: "HALDANE_TMUX",
            package: "tmux",
            seconds: 20
        )
    }
}
