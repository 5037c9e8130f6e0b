import CanaryAgent
import CanaryCore
import Testing

@Suite("Notes of policies")
struct PolicyNoteTests {
    private static let freeze = CanaryPolicy(freeze: CanaryPolicy.Freeze(reason: "audit", by: "alice"))

    @Test("a note is read as it was written")
    func roundTrip() throws {
        let window = CanaryPolicy.ReleaseWindow(days: [.monday], from: 540, to: 1020, timeZone: "Europe/Berlin")
        var policy = Self.freeze
        policy.windows = [window]
        policy.objective = CanaryPolicy.StableObjective(success: 0.999)
        let note = PolicyNote(policy, FleetBrakes())

        #expect(PolicyNote.Stored(note.text) == .note(note))
        #expect(note.text.contains("haldane.policy/1"))
    }

    @Test("of a policy that closes nothing, nothing is kept")
    func open() {
        let policy = CanaryPolicy(maxConcurrent: 2, brakes: CanaryPolicy.Brakes(rollbacks: 3))

        #expect(PolicyNote(policy, FleetBrakes()).text.isEmpty)
        #expect(PolicyNote.Stored("") == nil && PolicyNote.Stored(nil) == nil)
    }

    @Test("what is no note, or of another version, is known to be there and not to be understood")
    func unreadable() {
        let text = PolicyNote(Self.freeze, FleetBrakes()).text
        let texts = [
            "{", "[]", "null", String(text.dropLast()), text.replacing("policy/1", with: "policy/2"),
            text + String(repeating: " ", count: 200_000),
        ]
        for text in texts { #expect(PolicyNote.Stored(text) == .unreadable, "\(text.prefix(80))") }
    }
}
