namespace MessageBoard.MeshCheck;

/// <summary>The help.</summary>
internal static class Usage
{
    public const string Text = """
        Usage: mesh-check [OPTION...] FILE|FOLDER...

        Checks Istio resources as `istioctl validate` does, without a cluster, and says
        what of them the local mesh carries out; or where a request goes by them.
        Folders are searched for *.yaml and *.yml, with all folders below: a folder
        above has the say over what is of the same name below it.

          --request 'GET http://HOST/PATH'   where does this request go?
          -H, --header 'NAME: VALUE'         a header of it, as often as you like
          --from WHO         who sends it: a workload of the files, app=NAME and other
                             labels, NAMESPACE/ before either, or gateway:NS/NAME;
                             else anybody, in the mesh or at a gateway
          --explain          and why not by the rules before
          --tests FILE|FOLDER...   routing tests, as istio-config-validator has them
          --junit FILE             their results as JUnit's XML
          --fail-on LEVEL    error, as without, or warning
          --json             the same for machines
          --help             this text

        Without a request: a line for each resource, and below it why it is refused,
        or, as a note, what is accepted and has no effect on one machine. Other
        systems' kinds are passed over by name, but Kubernetes' Services count as
        services. Subsets and services are looked up in the given files, where these
        have any DestinationRule or any service at all.

        Exit code: 0 all is well, 1 something is refused, a test fails or the request
        goes nowhere, 2 something could not be read, or a wrong option.
        """;
}
