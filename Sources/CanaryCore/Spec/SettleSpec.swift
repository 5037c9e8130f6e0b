/// Where Git declares a route that is moved by the API: the final weights are put there as a commit, so that both agree again.
package struct SettleSpec: Sendable, Hashable, Codable {
    /// The document's file, in a Git work tree; within `repository` if that is named.
    package var file: String
    /// A work tree that the agent's operator has named; nil where `file` is the operator's own path.
    package var repository: String?
    /// Push the commit to the branch that the work tree follows.
    package var pushes: Bool
    /// Push it to this branch instead, for a review; nil pushes to the one that is followed.
    package var branch: String?

    package init(file: String, repository: String? = nil, pushes: Bool = false, branch: String? = nil) {
        self.file = file
        self.repository = repository
        self.pushes = pushes
        self.branch = branch
    }
}

extension SettleSpec {
    /// What branches of canaries that are not the operator's begin with: whoever may write a canary may not push over a branch of people's.
    package static let branchPrefix = "haldane/"

    /// Whether it leads nowhere but into a work tree that the operator has named: what an object of the cluster may say.
    package var isConfined: Bool {
        repository != nil && Self.isConfined(file: file) && (branch.map { Self.isConfined(branch: $0) } ?? true)
    }

    /// Whether a path stays below the folder that it is relative to, as far as its text tells.
    package static func isConfined(file: String) -> Bool {
        !file.isEmpty && !file.hasPrefix("/") && !file.contains("\0")
            && file.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part != "." && part != ".." && part.lowercased() != ".git"
            }
    }

    /// Whether a branch is one of Haldane's own.
    package static func isConfined(branch: String) -> Bool {
        branch.hasPrefix(branchPrefix) && branch.utf8.count > branchPrefix.utf8.count && isBranch(branch)
    }

    /// Whether git takes this as the name of a branch.
    package static func isBranch(_ name: String) -> Bool {
        let isPlain = name.unicodeScalars.allSatisfy {
            !" ~^:?*[\\".unicodeScalars.contains($0) && $0.value > 0x20 && $0.value != 0x7F
        }
        return isPlain && name.utf8.count <= 200 && !name.contains("..") && !name.contains("@{") && name != "@"
            && !name.hasPrefix("-") && !name.hasSuffix(".")
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && !part.hasPrefix(".") && !part.hasSuffix(".lock")
            }
    }
}
