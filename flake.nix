{
  description = "A typed, functional TCP command server on Effect, and its client";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      forEachSystem = f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      nodejsOf = pkgs: pkgs.nodejs_24;

      manifest = lib.importJSON ./package.json;
      lock = lib.importJSON ./package-lock.json;

      # npm users get Node itself from the lockfile, as the workspace tools/node. Here Nix brings it, so
      # it is left out of what is fetched: a Node built for other systems would shadow Nix's own.
      pinned = lib.importJSON ./tools/node/package.json;
      withoutNode = package: removeAttrs package [ "workspaces" ];
      nodePaths = [
        "tools/node"
        "node_modules/${pinned.name}"
      ]
      ++ map (name: "node_modules/${name}") (lib.attrNames pinned.optionalDependencies);

      # The lockfile records what a package is (its hash), not where from: that is npm's registry.
      withSource =
        path: package:
        let
          # An alias has its package's own name beside it.
          name = package.name or (lib.last (lib.splitString "node_modules/" path));
          file = "${baseNameOf name}-${package.version}.tgz";
        in
        { resolved = "https://registry.npmjs.org/${name}/-/${file}"; } // package;

      lockForNix = lock // {
        packages = lib.mapAttrs withSource (removeAttrs lock.packages ([ "" ] ++ nodePaths)) // {
          "" = withoutNode lock.packages."";
        };
      };
    in
    {
      packages = forEachSystem (
        pkgs:
        let
          nodejs = nodejsOf pkgs;
        in
        {
          default = pkgs.buildNpmPackage {
            pname = manifest.name;
            inherit (manifest) version;
            src = self;
            inherit nodejs;

            npmDeps = pkgs.importNpmLock {
              package = withoutNode manifest;
              packageLock = lockForNix;
              npmRoot = ./.;
            };
            inherit (pkgs.importNpmLock) npmConfigHook;
            npmRebuildFlags = [ "--ignore-scripts" ];
            # The build asks a server of its own, so that what a question compiles can be kept.
            __darwinAllowLocalNetworking = true;

            # The bundle holds all it needs but Node. The `env node` of app.cjs becomes the path of
            # Nix's Node when shebangs are patched, after this phase.
            installPhase = ''
              runHook preInstall
              install -D -m 755 -t $out/lib/app dist/app.cjs
              install -m 644 -t $out/lib/app dist/program.cjs dist/program-*.cache dist/s3.cjs
              install -D -m 644 -t $out/share/man/man1 dist/man/app.1
              install -D -m 644 -t $out/share/man/pt_BR/man1 dist/man/pt_BR/app.1
              mkdir $out/bin
              ln -s ../lib/app/app.cjs $out/bin/app
              runHook postInstall
            '';

            meta = {
              inherit (manifest) description;
              license = lib.licenses.mit;
              mainProgram = "app";
              platforms = systems;
            };
          };
        }
      );

      apps = forEachSystem (pkgs: {
        default = {
          type = "app";
          program = lib.getExe self.packages.${pkgs.stdenv.hostPlatform.system}.default;
          meta.description = manifest.description;
        };
      });

      # On NixOS itself the lockfile's Node finds no loader: there, run
      # `npm ci --ignore-scripts && rm node_modules/.bin/node && npm run build`.
      devShells = forEachSystem (pkgs: {
        default = pkgs.mkShell {
          packages = [
            (nodejsOf pkgs)
            pkgs.redis
          ];
        };
      });
    };
}
