package audit

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTreeOfCertificateTransparency holds the tree against the published vectors of
// RFC 6962, whose trees are those of RFC 9162.
func TestTreeOfCertificateTransparency(t *testing.T) {
	t.Parallel()
	var leaves []Hash
	var grown tree
	require.Equal(t, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", grown.root().String())
	for i, v := range []struct{ leaf, root string }{
		{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	} {
		data, err := hex.DecodeString(v.leaf)
		require.NoError(t, err)
		hash := leafHash(append([]byte{leafPrefix}, data...))
		leaves = append(leaves, hash)
		grown.add(hash)
		require.Equal(t, v.root, grown.root().String(), "of %d", i+1)
		require.Equal(t, grown.root(), rootOf(leaves))
	}
}

// TestEveryPathLeadsToItsRoot, and to it alone from its own leaf and place.
func TestEveryPathLeadsToItsRoot(t *testing.T) {
	t.Parallel()
	var leaves []Hash
	for n := range 70 {
		leaves = append(leaves, leafHash([]byte{leafPrefix, byte(n)}))
		root, size := rootOf(leaves), uint64(len(leaves))
		for i := range leaves {
			path := pathOf(leaves, i)
			got, ok := climb(leaves[i], uint64(i), size, path)
			require.True(t, ok && got == root, "leaf %d of %d", i, size)
			for j := range leaves {
				if j != i {
					got, ok = climb(leaves[i], uint64(j), size, path)
					require.False(t, ok && got == root, "leaf %d of %d at %d", i, size, j)
				}
			}
			got, ok = climb(leaves[(i+1)%len(leaves)], uint64(i), size, path)
			require.False(t, ok && got == root && size > 1, "another leaf than %d of %d", i, size)
			for k := range path {
				path[k][3] ^= 1
				got, _ = climb(leaves[i], uint64(i), size, path)
				require.NotEqual(t, root, got)
				path[k][3] ^= 1
			}
			_, ok = climb(leaves[i], uint64(i), size, append(path, Hash{}))
			require.False(t, ok, "a path that is too long")
			if len(path) > 0 {
				got, ok = climb(leaves[i], uint64(i), size, path[:len(path)-1])
				require.False(t, ok && got == root, "a path that is too short")
			}
		}
		_, ok := climb(leaves[0], size, size, nil)
		require.False(t, ok)
	}
}
