import CanaryYAML
import Testing

struct SecretMaskTests {
    private func shown(_ line: String) -> String {
        SpecDiagnostic(file: "canary.yaml", line: 3, column: 1, message: "wrong", source: line).description
    }

    @Test(
        "an excerpt hides what may be a secret, and keeps every character's place",
        arguments: [
            (
                #"prometheus: { url: "http://me:hunter2@host:9090/x" }"#,
                #"prometheus: { url: "http://me:*******@host:9090/x" }"#
            ),
            ("  token: abc def", "  token: *******"),
            (#"  { "token": "abc,d", timeout: 2s }"#, #"  { "token": "*****", timeout: 2s }"#),
            ("Authorization: Bearer xyz", "Authorization: **********"),
            ("url: http://a:p@ss@host/", "url: http://a:****@host/"),
        ]
    )
    func hidden(line: String, expected: String) {
        #expect(shown(line).contains(" | \(expected)\n"))
        #expect(line.unicodeScalars.count == expected.unicodeScalars.count)
    }

    @Test(
        "names of variables and files, and addresses without a password, stay",
        arguments: [
            "token: ${TOKEN}", "tokenFile: /run/secrets/token", "url: http://host:9090/a@b", "url: http://me@host/",
            "// a comment: with a @ sign", "token:",
        ]
    )
    func kept(line: String) {
        #expect(shown(line).contains(" | \(line)\n"))
    }
}
