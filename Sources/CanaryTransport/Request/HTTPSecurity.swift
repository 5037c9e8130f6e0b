/// How a peer proves who it is, and how we do.
///
/// Where both a file and data are given, the data wins. Files are read again for each new connection, and a
/// connection is used for at most ten minutes, so rotated files take effect without a restart.
package struct HTTPSecurity: Sendable, Hashable {
    /// Whether the peer's certificate chain and name are checked. Only a spec that says so turns this off.
    package var verifiesPeer = true

    /// A PEM file of the authorities to trust instead of the system's.
    package var certificateAuthorityFile: String?

    /// The authorities to trust instead of the system's.
    package var certificateAuthority: PEM?

    /// A PEM file with our certificate, and the intermediates after it.
    package var clientCertificateFile: String?

    /// Our certificate, and the intermediates after it.
    package var clientCertificate: PEM?

    /// A PEM file with the key of our certificate.
    package var clientKeyFile: String?

    /// The key of our certificate.
    package var clientKey: PEM?

    /// The name that the peer's certificate must carry, and that is asked for, if it differs from the URL's host.
    package var serverName: String?

    package init(
        verifiesPeer: Bool = true,
        certificateAuthorityFile: String? = nil,
        certificateAuthority: PEM? = nil,
        clientCertificateFile: String? = nil,
        clientCertificate: PEM? = nil,
        clientKeyFile: String? = nil,
        clientKey: PEM? = nil,
        serverName: String? = nil
    ) {
        self.verifiesPeer = verifiesPeer
        self.certificateAuthorityFile = certificateAuthorityFile
        self.certificateAuthority = certificateAuthority
        self.clientCertificateFile = clientCertificateFile
        self.clientCertificate = clientCertificate
        self.clientKeyFile = clientKeyFile
        self.clientKey = clientKey
        self.serverName = serverName
    }
}
