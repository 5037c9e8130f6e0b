import CanaryReport
import Testing

@Suite struct SpecDraftTests {
    @Test("writes a commented spec as in the golden file")
    func golden() throws {
        let draft = SpecDraft(
            name: "demo4-vs",
            namespace: "test1",
            file: "demo4-vs.yaml",
            ruleName: "staff",
            ruleIndex: nil,
            stable: SpecDraft.Side(host: "demo4.test1.svc", subset: "v1"),
            canary: SpecDraft.Side(host: "demo4.test1.svc", subset: "v2"),
            hasMatch: true
        )

        try Golden.check(draft.text, "init.yaml")
    }

    @Test("quotes what YAML would misread")
    func quoting() {
        let draft = SpecDraft(
            name: "true",
            namespace: "1",
            file: "a b: #.yaml",
            ruleName: nil,
            ruleIndex: 2,
            stable: SpecDraft.Side(host: "h\"x", subset: nil),
            canary: nil,
            hasMatch: false
        )

        #expect(draft.text.contains("virtualService: \"true\""))
        #expect(draft.text.contains("namespace: \"1\""))
        #expect(draft.text.contains("file: \"a b: #.yaml\""))
        #expect(draft.text.contains("host: \"h\\\"x\""))
    }
}
