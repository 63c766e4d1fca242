package memory_test

import (
	"testing"

	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/storagetest"
)

func TestContract(t *testing.T) {
	storagetest.Run(t, func(testing.TB) storage.Store { return memory.New() })
}
